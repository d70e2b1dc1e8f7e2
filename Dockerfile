FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home --uid 10001 portal
WORKDIR /srv/portal
COPY requirements.lock .
RUN pip install --no-cache-dir -r requirements.lock
COPY . .
RUN mkdir var && chown portal var \
  && SECRET_KEY=build DATABASE_URL=postgres://x@x/x REDIS_URL=redis://x PUBLIC_URL=http://x \
     sh -c "python manage.py compile_catalogues && python manage.py collectstatic --noinput" \
  && chown -R portal var
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "portal.wsgi:application"]
