"""The version that pages, /healthz and files made by the system show."""
VERSION = "0.1.0"
