"""The WSGI application: `server`, for any WSGI host. `python app.py` serves it with waitress."""

from dashboard.app import create_app
from dashboard.settings import Settings

settings = Settings()
server = create_app(settings).server

if __name__ == "__main__":
    from waitress import serve

    serve(server, host=settings.host, port=settings.port, threads=8)
