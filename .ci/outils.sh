# Ce que ./lancer et ./tester ont en commun : trouver Python, uv, et installer par apt si permis.
# shellcheck shell=sh
UV_VERSION=0.13.9
export PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# Sans fichiers .pyc, chaque démarrage recompilerait Django : trois secondes de perdues.
unset PYTHONDONTWRITEBYTECODE

dit() { printf '» %s\n' "$*" >&2; }
mort() { printf 'Erreur : %s\n' "$*" >&2; exit 1; }

# phase NOM : commence une phase, et retient ce qu'a pris la précédente ; phase "" : les dit toutes.
PHASE= PHASES= DEPUIS=
phase() {
  maintenant=$(date +%s)
  [ -z "$PHASE" ] || PHASES="$PHASES · $PHASE $(( maintenant - DEPUIS )) s"
  PHASE=$1 DEPUIS=$maintenant
  [ -n "$1" ] || dit "Temps${PHASES# ·}"
}

en_racine() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
  else return 1; fi
}

# Rend un échec sans rien dire si apt ou les droits manquent : l'appelant dit quoi faire.
apt_installe() {
  command -v apt-get >/dev/null 2>&1 || return 1
  dit "apt-get install $*"
  en_racine env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' sh "$@" </dev/null >/dev/null
}

# `python3.13` dans le PATH peut n'être qu'un relais pyenv qui échoue : on essaie vraiment.
convient() {
  [ -n "$1" ] && "$1" -c 'import sys, venv, ensurepip, ssl, sqlite3
sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1
}

trouve_python() {
  for candidat in "${PYTHON:-}" python3.13 python3.14 python3.12 python3 python \
    "${PYENV_ROOT:-${HOME:-/root}/.pyenv}"/versions/3.1[234]*/bin/python \
    "${HOME:-/root}"/.local/share/uv/python/cpython-3.1[234]*/bin/python3 \
    .outils/python/cpython-3.1[234]*/bin/python3 \
    /usr/local/bin/python3 /opt/homebrew/bin/python3 /opt/python/*/bin/python3; do
    chemin=$(command -v "$candidat" 2>/dev/null) || continue
    if convient "$chemin"; then
      "$chemin" -c 'import sys; print(sys.executable)'
      return 0
    fi
  done
  return 1
}

# Un Python d'une version précise (3.12), sur le poste ou téléchargé par uv si le réseau le permet.
trouve_ce_python() {
  for candidat in "python$1" "${PYENV_ROOT:-${HOME:-/root}/.pyenv}"/versions/"$1".*/bin/python \
    "${HOME:-/root}"/.local/share/uv/python/cpython-"$1"*/bin/python3 \
    .outils/python/cpython-"$1"*/bin/python3 /usr/local/bin/python"$1" /opt/python/cp*/bin/python"$1"; do
    chemin=$(command -v "$candidat" 2>/dev/null) && convient "$chemin" || continue
    "$chemin" -c 'import sys
sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$1" || continue
    "$chemin" -c 'import sys; print(sys.executable)'
    return 0
  done
  [ -z "${2:-}" ] || return 1
  UV_PYTHON_INSTALL_DIR="$PWD/.outils/python" UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=20 \
    "$UV" python install --no-bin -q "$1" >/dev/null 2>&1 && trouve_ce_python "$1" deja
}

# environnement_de_production DOSSIER PYTHON : uv.lock sans les outils de test, et rien d'autre.
environnement_de_production() {
  cachet="$(cksum uv.lock) $2"
  [ "$(cat "$1/.cachet" 2>/dev/null)" = "$cachet" ] && "$1/bin/python" -c '' 2>/dev/null && return
  UV_PROJECT_ENVIRONMENT="$1" UV_PYTHON_DOWNLOADS=never "$UV" sync --frozen --no-dev --python "$2" -q &&
    printf '%s' "$cachet" > "$1/.cachet"
}

# Les failles publiées de ce que la production installe. 0 : aucune ; 1 : des failles ; 2 : le service
# n'a pas répondu, et rien n'est su. Un silence n'est jamais un « bien ».
audite() {
  UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=20 "$UV" audit --frozen --no-dev \
    --preview-features audit-command ${SERVICE_D_AUDIT:+--service-url "$SERVICE_D_AUDIT"}
}

trouve_uv() {
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then command -v uv; return; fi
  if ! "$PWD/.outils/uv/bin/uv" --version 2>/dev/null | grep -q " $UV_VERSION"; then
    dit "Installation de uv $UV_VERSION dans .outils"
    rm -rf .outils/uv
    # Sans pip (python3 nu de Debian), un venv en apporte un ; avec, inutile d'attendre sa création.
    "$1" -m pip install -q --no-warn-script-location --target .outils/uv "uv==$UV_VERSION" >/dev/null 2>&1 || {
      rm -rf .outils/uv
      "$1" -m venv .outils/uv >&2 && .outils/uv/bin/python -m pip install -q "uv==$UV_VERSION" >&2
    } || return 1
  fi
  printf '%s\n' "$PWD/.outils/uv/bin/uv"
}

trouve_ou_installe_python() {
  trouve_python && return 0
  apt_installe python3 python3-venv || true
  trouve_python && return 0
  dit "Aucun Python ≥ 3.12 : essai de téléchargement par uv"
  if command -v python3 >/dev/null 2>&1 && uv=$(trouve_uv python3); then
    UV_PYTHON_INSTALL_DIR="$PWD/.outils/python" "$uv" python install -q 3.13 >&2 && trouve_python && return 0
  fi
  printf '%s\n' "Erreur : Python 3.12, 3.13 ou 3.14 est nécessaire et ne se trouve ni ne s'installe ici." \
    "Debian 13 ou Ubuntu 24.04 : sudo apt-get install python3 python3-venv. Ailleurs : python.org." \
    "Puis relancez, au besoin avec PYTHON=/chemin/de/python3.13 devant la commande." >&2
  return 1
}
