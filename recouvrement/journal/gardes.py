"""Ce que la base elle-même refuse au journal."""

from recouvrement.journal.chaine import ORIGINE
from recouvrement.journal.immuable import Declencheurs, Protection

IMMUABLE = "Le journal ne se modifie pas"
ORDRE = "Le journal se chaîne dans l''ordre"

# Une seule écriture permise après coup : effacer les données et leur sel, en disant quand.
ENTREE = Protection(
    "journal_entree",
    IMMUABLE,
    modifiable=(
        "{egales:id,creancier_id,acteur_id,a,evenement,libelle,geste_id,cible_type,cible_id} "
        "AND OLD.effacees_le IS NULL AND NEW.effacees_le IS NOT NULL "
        "AND NEW.sel = '' AND NEW.donnees = '{}'"
    ),
)
GESTE = Protection("journal_geste", "Un geste ne se récrit pas : un autre l'annule")
MAILLON = Protection("journal_maillon", IMMUABLE, cle="entree_id")
CHAINE = Protection(
    "journal_chaine",
    "La tête d'une chaîne ne recule pas",
    modifiable=(
        "{egales:numero} AND ({egales:rang,empreinte} OR (NEW.rang > OLD.rang AND EXISTS ("
        "SELECT 1 FROM journal_maillon m WHERE m.chaine = NEW.numero AND m.rang = NEW.rang "
        "AND m.empreinte = NEW.empreinte)))"
    ),
    cle="numero",
)
ANCRAGE = Protection(
    "journal_ancrage",
    "Une ancre ne se déplace pas",
    modifiable="{egales:numero,a,empreinte}",
    cle="numero",
)
_DERNIER = (
    "SELECT m.{} FROM journal_maillon m WHERE m.chaine = NEW.chaine ORDER BY m.rang DESC LIMIT 1"
)
CHAINAGE = Declencheurs(
    {
        "postgresql": {
            "journal_maillon_chainage()": (
                "CREATE FUNCTION journal_maillon_chainage() RETURNS trigger LANGUAGE plpgsql AS $$ "  # noqa: S608
                "BEGIN IF EXISTS (SELECT 1 FROM (SELECT chaine, rang, prec, "
                "lag(rang) OVER w AS rang_avant, lag(empreinte) OVER w AS avant FROM nouveaux "
                "WINDOW w AS (PARTITION BY chaine ORDER BY rang)) n "
                "LEFT JOIN journal_maillon p ON n.rang_avant IS NULL AND p.chaine = n.chaine "
                "AND p.rang = n.rang - 1 "
                "WHERE n.rang <> coalesce(n.rang_avant, p.rang, 0) + 1 "
                f"OR n.prec <> coalesce(n.avant, p.empreinte, '{ORIGINE}')) "
                f"THEN RAISE EXCEPTION '{ORDRE}'; END IF; RETURN NULL; END $$"
            ),
            "journal_maillon_chainage": (
                "CREATE TRIGGER journal_maillon_chainage AFTER INSERT ON journal_maillon "
                "REFERENCING NEW TABLE AS nouveaux FOR EACH STATEMENT "
                "EXECUTE FUNCTION journal_maillon_chainage()"
            ),
        },
        "sqlite": {
            "journal_maillon_chainage": (
                "CREATE TRIGGER journal_maillon_chainage BEFORE INSERT ON journal_maillon "
                f"WHEN NEW.rang <> coalesce(({_DERNIER.format('rang')}), 0) + 1 "
                f"OR NEW.prec <> coalesce(({_DERNIER.format('empreinte')}), '{ORIGINE}') "
                f"BEGIN SELECT RAISE(ABORT, '{ORDRE}'); END"
            ),
        },
    }
)
