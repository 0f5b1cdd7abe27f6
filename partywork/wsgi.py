"""The WSGI entry point: waitress on a laptop, gunicorn in production."""
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partywork.settings")
application = get_wsgi_application()
