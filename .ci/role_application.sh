#!/bin/sh
# Le rôle PostgreSQL de l'application : il lit et écrit les lignes, et ne possède rien. Ni déclencheur
# à ôter, ni table à vider ou à changer : ce que le propriétaire pose, lui seul peut le défaire.
# Rejouable. docker-compose.yml le lance à la création de la base ; docs/deploiement.md, à la main.
#   POSTGRES_USER      qui exécute (recouvrement)         POSTGRES_DB        la base (recouvrement)
#   PROPRIETAIRE       qui migre (celui qui exécute)      ROLE_APPLICATION   le rôle (application)
#   MOT_APPLICATION_FILE   le fichier de son mot de passe (- : l'entrée)
set -eu
POSTGRES_USER=${POSTGRES_USER:-recouvrement}
export PROPRIETAIRE="${PROPRIETAIRE:-$POSTGRES_USER}" ROLE_APPLICATION="${ROLE_APPLICATION:-application}"
fichier=${MOT_APPLICATION_FILE:-/run/secrets/postgres_mot_de_passe_application}
MOT=$(cat -- "$fichier" 2>/dev/null) && [ -n "$MOT" ] || { echo "$fichier est vide ou ne se lit pas." >&2; exit 1; }
export MOT

# psql lit lui-même le mot de passe : il ne paraît dans aucune commande.
psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "${POSTGRES_DB:-recouvrement}" <<'SQL'
\set role `printf %s "$ROLE_APPLICATION"`
\set proprietaire `printf %s "$PROPRIETAIRE"`
\set mot `printf %s "$MOT"`
BEGIN;
SELECT format('CREATE ROLE %I', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN PASSWORD :'mot' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO :"role";
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"role";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"role";
-- Ce que les migrations à venir créeront.
ALTER DEFAULT PRIVILEGES FOR ROLE :"proprietaire" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"proprietaire" IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO :"role";
COMMIT;
SQL
