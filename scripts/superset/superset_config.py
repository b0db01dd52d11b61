"""Settings of the Superset that `show.py` starts: all that it keeps lies in one folder, and it listens on this machine alone."""

import os

_folder = os.environ["BIDUI_SUPERSET_FOLDER"]
SECRET_KEY = os.environ["BIDUI_SUPERSET_SECRET"]
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_folder}/superset.sqlite"
# Files are read by DuckDB, which reads what it is told to and nothing else.
PREVENT_UNSAFE_DB_CONNECTIONS = False
BABEL_DEFAULT_LOCALE = "zh"
LANGUAGES = {"zh": {"flag": "cn", "name": "简体中文"}}
# A page of this machine, reached without TLS, that asks nothing of any other: the package's pages would count themselves elsewhere.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    },
    "force_https": False,
    "session_cookie_secure": False,
}
SESSION_COOKIE_SECURE = False
WTF_CSRF_ENABLED = True
FAB_API_SWAGGER_UI = False
RATELIMIT_ENABLED = False
