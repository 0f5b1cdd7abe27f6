"""Who gets which answer: every URL, every object, every person. The whole table is written out, refusals included.

Columns are the cast in its order (tests/cast.py). Lines are URL, method, object: `a` branch A's (the secretary's and the
plain members' own), `b` its sister's (the neighbour's), `x` one that does not exist, `-` none; `draft` and `empty` are
objects in another state.

    login  sent to the login page           200  the page, or a form that was not accepted
    302    led elsewhere                    403  within reach but not allowed (and noted in the journal)
    404    out of reach, or not there       405  not a way to ask this address
    +      something was written: a POST that may act and really acts. Without it the database is as it was.

A POST is a valid one: made from the page as its owner sees it (tests/payloads.py). A method that an address does not take
is refused before anybody is looked at, so such a line stands for all its objects.
"""
from __future__ import annotations

from tests.cast import CAST

CODES = """
#                            nobody  memb  coll  gr.l  secr  neig  gene  staf  insp  lead  keep  audi  form disab
healthz             GET  -       200   200   200   200   200   200   200   200   200   200   200   200   200   200
healthz             POST -       405   405   405   405   405   405   405   405   405   405   405   405   405   405
home                GET  -     login   302   302   302   200   200   200   200   200   200   302   302   200 login
home                GET  a     login   302   302   302   200   404   200   200   200   200   302   302   200 login
home                GET  b     login   302   302   302   404   200   200   200   200   200   302   302   200 login
home                GET  x     login   302   302   302   404   404   404   404   404   404   302   302   200 login
home                POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
duties              GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
duties              GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
duties              POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
matrix              GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
matrix              GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
matrix              POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
matrix_export       GET  a     login   403   403   403   200   302   200   200   200   200   403   403   403 login
matrix_export       GET  b     login   403   403   403   302   200   200   200   200   200   403   403   403 login
matrix_export       GET  x     login   403   403   403   302   302   302   302   302   302   403   403   403 login
matrix_export       POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
rules               GET  -     login   200   200   200   200   200   200   200   200   200   200   200   200 login
rules               POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
rule                GET  -     login   200   200   200   200   200   200   200   200   200   200   200   200 login
rule                POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
rule_setting        GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
rule_setting        POST -     login   403   403   403   403   403   403  302+   403   403   403   403   403 login
meetings            GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
meetings            GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
meetings            POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meetings_export     GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
meetings_export     GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
meetings_export     POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_new         GET  -     login   403   403   403   200   200   200   200   403   403   403   403   403 login
meeting_new         GET  a     login   403   403   403   200   404   403   200   403   403   403   403   403 login
meeting_new         GET  b     login   403   403   403   404   200   403   200   403   403   403   403   403 login
meeting_new         GET  x     login   403   403   403   404   404   404   404   403   403   403   403   403 login
meeting_new         POST -     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_new         POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_new         POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_new         POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_autosave    GET  -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_autosave    POST a     login   404   404   404  200+   404   403  200+   403   403   404   404   404 login
meeting_autosave    POST b     login   404   404   404   404  200+   403  200+   403   403   404   404   404 login
meeting_autosave    POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_attendance  GET  -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_attendance  POST a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
meeting_attendance  POST b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
meeting_attendance  POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_file_add    GET  -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_file_add    POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_file_add    POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_file_add    POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_file        GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
meeting_file        GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
meeting_file        GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_file        POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_file_remove GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_file_remove POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_file_remove POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_file_remove POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting             GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
meeting             GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
meeting             GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting             GET  draft login   404   404   404   200   404   200   200   200   200   404   404   404 login
meeting             POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_edit        GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
meeting_edit        GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
meeting_edit        GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_edit        GET  draft login   404   404   404   200   404   403   302   403   403   404   404   404 login
meeting_edit        POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_edit        POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_edit        POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_edit        POST draft login   404   404   404   302   404   403   302   403   403   404   404   404 login
meeting_void        GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
meeting_void        GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
meeting_void        GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_void        GET  draft login   404   404   404   302   404   403   302   403   403   404   404   404 login
meeting_void        POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_void        POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_void        POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
meeting_void        POST draft login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_restore     GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
meeting_restore     POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
meeting_restore     POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
meeting_restore     POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
login               GET  -       200   302   302   302   302   302   302   302   302   302   302   302   302   200
login               POST -      302+   302   302   302   302   302   302   302   302   302   302   302   302  302+
logout              GET  -       405   405   405   405   405   405   405   405   405   405   405   405   405   405
logout              POST -       302  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+   302
password_change     GET  -     login   200   200   200   200   200   200   200   200   200   200   200   200 login
password_change     POST -     login  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+  302+ login
permissions         GET  -     login   200   200   200   200   200   200   200   200   200   200   200   200 login
permissions         POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
journal             GET  -     login   403   403   403   403   403   403   403   403   403   403   200   403 login
journal             POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
accounts            GET  -     login   403   403   403   403   403   403   403   403   403   200   403   403 login
accounts            POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
account_new         GET  -     login   403   403   403   403   403   403   403   403   403   200   403   403 login
account_new         POST -     login   403   403   403   403   403   403   403   403   403  302+   403   403 login
account             GET  a     login   404   404   404   404   404   404   404   404   404   200   404   404 login
account             GET  b     login   404   404   404   404   404   404   404   404   404   200   404   404 login
account             GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
account             POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
account_edit        GET  a     login   404   404   404   404   404   404   404   404   404   200   404   404 login
account_edit        GET  b     login   404   404   404   404   404   404   404   404   404   200   404   404 login
account_edit        GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
account_edit        POST a     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
account_edit        POST b     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
account_edit        POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
account_reset       GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
account_reset       POST a     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
account_reset       POST b     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
account_reset       POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
post_new            GET  a     login   404   404   404   404   404   404   404   404   404   200   404   404 login
post_new            GET  b     login   404   404   404   404   404   404   404   404   404   200   404   404 login
post_new            GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
post_new            POST a     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
post_new            POST b     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
post_new            POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
post_end            GET  a     login   404   404   404   404   404   404   404   404   404   200   404   404 login
post_end            GET  b     login   404   404   404   404   404   404   404   404   404   200   404   404 login
post_end            GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
post_end            POST a     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
post_end            POST b     login   404   404   404   404   404   404   404   404   404  302+   404   404 login
post_end            POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
org                 GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
org                 POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
org_new             GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
org_new             POST -     login   403   403   403   403   403   403  302+   403   403   403   403   403 login
branch              GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
branch              GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
branch              GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
branch              POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
branch_edit         GET  a     login   404   404   404   403   404   403   200   403   403   404   404   404 login
branch_edit         GET  b     login   404   404   404   404   403   403   200   403   403   404   404   404 login
branch_edit         GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
branch_edit         POST a     login   404   404   404   403   404   403  302+   403   403   404   404   404 login
branch_edit         POST b     login   404   404   404   404   403   403  302+   403   403   404   404   404 login
branch_edit         POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
branch_dissolve     GET  a     login   404   404   404   403   404   403   200   403   403   404   404   404 login
branch_dissolve     GET  b     login   404   404   404   404   403   403   200   403   403   404   404   404 login
branch_dissolve     GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
branch_dissolve     GET  empty login   404   404   404   404   404   403   200   403   403   404   404   404 login
branch_dissolve     POST a     login   404   404   404   403   404   403   200   403   403   404   404   404 login
branch_dissolve     POST b     login   404   404   404   404   403   403   200   403   403   404   404   404 login
branch_dissolve     POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
branch_dissolve     POST empty login   404   404   404   404   404   403  302+   403   403   404   404   404 login
group_new           GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
group_new           GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
group_new           GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
group_new           POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
group_new           POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
group_new           POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
group_edit          GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
group_edit          GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
group_edit          GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
group_edit          POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
group_edit          POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
group_edit          POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
group_dissolve      GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
group_dissolve      GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
group_dissolve      GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
group_dissolve      POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
group_dissolve      POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
group_dissolve      POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
bureau              GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
bureau              POST -     login   403   403   403   403   403   403  302+   403   403   403   403   403 login
holidays            GET  -     login   200   200   200   200   200   200   200   200   200   200   200   200 login
holidays            POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
holiday_new         GET  -     login   403   403   403   403   403   403   200   403   403   200   403   403 login
holiday_new         POST -     login   403   403   403   403   403   403  302+   403   403  302+   403   403 login
holiday_edit        GET  a     login   403   403   403   403   403   403   200   403   403   200   403   403 login
holiday_edit        GET  b     login   403   403   403   403   403   403   200   403   403   200   403   403 login
holiday_edit        GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
holiday_edit        POST a     login   403   403   403   403   403   403  302+   403   403  302+   403   403 login
holiday_edit        POST b     login   403   403   403   403   403   403  302+   403   403  302+   403   403 login
holiday_edit        POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
holiday_remove      GET  a     login   403   403   403   403   403   403   200   403   403   200   403   403 login
holiday_remove      GET  b     login   403   403   403   403   403   403   200   403   403   200   403   403 login
holiday_remove      GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
holiday_remove      POST a     login   403   403   403   403   403   403  302+   403   403  302+   403   403 login
holiday_remove      POST b     login   403   403   403   403   403   403  302+   403   403  302+   403   403 login
holiday_remove      POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
members             GET  -     login   302   302   302   200   200   200   200   200   200   403   403   403 login
members             GET  b     login   302   302   302   200   200   200   200   200   200   403   403   403 login
members             POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
members_export      GET  -     login   200   200   200   200   200   200   200   200   200   403   403   403 login
members_export      GET  b     login   200   200   200   200   200   200   200   200   200   403   403   403 login
members_export      POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
member_new          GET  -     login   403   403   403   200   200   200   200   403   403   403   403   403 login
member_new          POST a     login   403   403   403  302+   200   200  302+   403   403   403   403   403 login
member_new          POST b     login   403   403   403   200  302+   200  302+   403   403   403   403   403 login
member_new          POST x     login   403   403   403   200   200   200   200   403   403   403   403   403 login
member              GET  a     login   200   404   404   200   404   200   200   200   200   404   404   404 login
member              GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
member              GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member              POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
member_edit         GET  a     login   403   404   404   200   404   403   200   403   403   404   404   404 login
member_edit         GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
member_edit         GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_edit         POST a     login   403   404   404  302+   404   403  302+   403   403   404   404   404 login
member_edit         POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
member_edit         POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_profile      GET  a     login   403   404   404   200   404   403   200   403   403   404   404   404 login
member_profile      GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
member_profile      GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_profile      POST a     login   403   404   404  302+   404   403  302+   403   403   404   404   404 login
member_profile      POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
member_profile      POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_find         GET  -     login   403   403   403   200   200   200   200   403   403   403   403   403 login
member_find         POST -     login   403   403   403  302+  302+  302+  302+   403   403   403   403   403 login
member_move         GET  a     login   403   404   404   200   404   403   200   403   403   404   404   404 login
member_move         GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
member_move         GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_move         POST a     login   403   404   404  302+   404   403  302+   403   403   404   404   404 login
member_move         POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
member_move         POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
member_reveal       GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
member_reveal       POST a     login   403   404   404  302+   404   403  302+   403   403   404   404   404 login
member_reveal       POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
member_reveal       POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
reports             GET  -     login   403   403   403   200   200   200   200   200   200   403   403   403 login
reports             GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
reports             POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
report_new          GET  -     login   403   403   403   200   200   200   200   403   403   403   403   403 login
report_new          POST a     login   403   403   403  302+   200   200  302+   403   403   403   403   403 login
report_new          POST b     login   403   403   403   200  302+   200  302+   403   403   403   403   403 login
report_new          POST x     login   403   403   403   200   200   200   200   403   403   403   403   403 login
report              GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
report              GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
report              GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report              POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
passage_save        GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
passage_save        POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
passage_save        POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
passage_save        POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
shortfall_decide    GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
shortfall_decide    POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
shortfall_decide    POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
shortfall_decide    POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report_make         GET  a     login   404   404   404   200   404   403   200   403   403   404   404   404 login
report_make         GET  b     login   404   404   404   404   200   403   200   403   403   404   404   404 login
report_make         GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report_make         POST a     login   404   404   404  302+   404   403  302+   403   403   404   404   404 login
report_make         POST b     login   404   404   404   404  302+   403  302+   403   403   404   404   404 login
report_make         POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report_version      GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
report_version      GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
report_version      GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report_version      POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
report_download     GET  a     login   404   404   404   200   404   200   200   200   200   404   404   404 login
report_download     GET  b     login   404   404   404   404   200   200   200   200   200   404   404   404 login
report_download     GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
report_download     POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
figures             GET  b     login   403   403   403   200   200   200   200   200   200   403   403   403 login
figures             POST b     login   405   405   405   405   405   405   405   405   405   405   405   405 login
figures_export      GET  a     login   403   403   403   200   404   200   200   200   200   403   403   403 login
figures_export      GET  b     login   403   403   403   404   200   200   200   200   200   403   403   403 login
figures_export      GET  x     login   403   403   403   404   404   404   404   404   404   403   403   403 login
figures_export      POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
figure_rows         GET  a     login   403   403   403   200   404   200   200   200   200   403   403   403 login
figure_rows         GET  b     login   403   403   403   404   200   200   200   200   200   403   403   403 login
figure_rows         GET  x     login   403   403   403   404   404   404   404   404   404   403   403   403 login
figure_rows         POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
templates           GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
templates           POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
template_upload     GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
template_upload     POST -     login   403   403   403   403   403   403  302+   403   403   403   403   403 login
template_builtin    GET  -     login   403   403   403   403   403   403   200   403   403   403   403   403 login
template_builtin    POST -     login   405   405   405   405   405   405   405   405   405   405   405   405 login
template_retire     GET  a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
template_retire     POST a     login   404   404   404   403   403   403  302+   404   404   404   404   404 login
template_retire     POST b     login   404   404   404   403   403   403  302+   404   404   404   404   404 login
template_retire     POST x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
job                 GET  a     login   404   404   404   200   404   404   404   404   404   404   404   404 login
job                 GET  b     login   404   404   404   404   200   404   404   404   404   404   404   404 login
job                 GET  x     login   404   404   404   404   404   404   404   404   404   404   404   404 login
job                 POST a     login   405   405   405   405   405   405   405   405   405   405   405   405 login
"""


def expected() -> dict[tuple[str, str, str], dict[str, str]]:
    """{(URL name, method, letter): {person: code}}."""
    rows = [line.split() for line in CODES.strip().splitlines() if not line.startswith("#")]
    return {(name, method, letter): dict(zip(CAST, codes, strict=True)) for name, method, letter, *codes in rows}


EXPECTED = expected()
