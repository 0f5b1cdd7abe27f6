"""Sessions that know whose they are, and a count of tries that keeps nothing of what was typed; what stood there goes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.recorder import MigrationRecorder

REPLACED = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog", "django_session")


def drop_replaced(apps, schema_editor):
    """The old limiter's table held passwords as they were typed."""
    for table in REPLACED:
        schema_editor.execute(f"DROP TABLE IF EXISTS {table}")
    MigrationRecorder(schema_editor.connection).migration_qs.filter(app__in=("axes", "sessions")).delete()


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_posts_of_branches")]

    operations = [
        migrations.RunPython(drop_replaced, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Tries',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='标记')),
                ('whose', models.CharField(db_index=True, max_length=64, verbose_name='登录名标记')),
                ('count', models.PositiveIntegerField(verbose_name='次数')),
                ('at', models.DateTimeField(db_index=True, verbose_name='计时起点')),
            ],
            options={
                'verbose_name': '密码尝试',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('number', models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('session_key', models.CharField(max_length=40, unique=True, verbose_name='会话标识')),
                ('began_at', models.DateTimeField(verbose_name='登录时间')),
                ('seen_at', models.DateTimeField(verbose_name='最近操作')),
                ('ip', models.CharField(blank=True, max_length=45, verbose_name='来源地址')),
                ('agent', models.CharField(blank=True, max_length=300, verbose_name='浏览器')),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '登录',
                'verbose_name_plural': '登录',
                'ordering': ['-seen_at', 'number'],
            },
        ),
    ]
