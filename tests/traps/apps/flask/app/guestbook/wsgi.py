"""What gunicorn serves: `gunicorn guestbook.wsgi`."""

from guestbook import create_app

app = create_app()
