# One image for the portal and the worker. scripts/prove_image.py performs these steps without Docker.
FROM python:3.13-slim

# What WeasyPrint draws certificates with.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*

# A fixed number, so that the files of a volume keep their owner when the image is built anew.
RUN useradd --system --uid 10001 --home-dir /srv/portal --shell /usr/sbin/nologin portal

WORKDIR /srv/portal

# The lock alone first: this layer is built again only when a dependency changes.
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.lock

COPY LICENSE pyproject.toml ./
COPY scripts/portal scripts/portal
COPY app app
COPY migrations migrations
COPY static static
COPY templates templates
RUN python -m compileall -q app migrations \
    && mkdir -p /var/lib/portal \
    && chown portal:portal /var/lib/portal

ENV PATH=/srv/portal/scripts:$PATH
ENV PYTHONUNBUFFERED=1
# The image is run read-only; fontconfig keeps its cache where it may write.
ENV XDG_CACHE_HOME=/tmp/cache
ENV HOST=0.0.0.0
ENV PORT=8000
ENV ARF_DATA_DIR=/var/lib/portal

USER portal
EXPOSE 8000
VOLUME /var/lib/portal

# slim has no curl. The name is 127.0.0.1, which the portal always answers to.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]

# exec: the server itself is what Docker's stop signal must reach.
CMD ["sh", "-c", "exec portal serve --host \"$HOST\" --port \"$PORT\""]
