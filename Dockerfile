# Recouvrement : une image, trois rôles (web, travailleur, horloge), choisis par la commande.
# Sans empreinte : l'étiquette suit les correctifs de Debian et de Python. Pour la figer, docs/deploiement.md.
FROM python:3.13-slim-trixie AS construction
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --python /usr/local/bin/python

# Sans empreinte : la même que ci-dessus, et elles se figent ensemble.
FROM python:3.13-slim-trixie
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FICHIER_ENV=/dev/null \
    FICHIERS=/donnees/fichiers \
    STATIQUES=/app/statiques \
    STOCKAGE_STATIQUES=whitenoise.storage.CompressedManifestStaticFilesStorage
# Ce que WeasyPrint charge pour les lettres, des polices de repli, et pg_dump pour les sauvegardes.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-dejavu-core \
      postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /donnees recouvrement \
 && install -d -o recouvrement -g recouvrement /donnees /donnees/fichiers
WORKDIR /app
COPY --from=construction /app/.venv .venv
COPY . .
# Une clé d'un instant : elle ne sert qu'à lire les réglages, et ne reste pas dans l'image.
RUN SITE_URL=https://construction.invalid REDIS_URL=redis://construction.invalid \
    DATABASE_URL=postgres://construction.invalid/rien \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    python manage.py collectstatic --noinput --ignore '*.map' --verbosity 0 \
 && chmod -R a+rX statiques \
 && python -m compileall -q clients contentieux factures recouvrement relances
USER 10001
VOLUME /donnees
EXPOSE 8000
CMD ["gunicorn", "recouvrement.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "32", "--preload", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm", "--timeout", "120", "--max-requests", "2000", \
     "--max-requests-jitter", "200"]
