"""Le propriétaire de la base, malhonnête : ce qu'il pourrait changer au journal, au hasard."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from recouvrement.journal.ancres import fichier
from recouvrement.journal.chaine import ORIGINE, empreinte_de
from recouvrement.journal.models import Chaine, Entree, Maillon
from recouvrement.journal.scellement import sceller, texte_d_entree

TABLES = ("journal_entree", "journal_maillon", "journal_chaine", "journal_ancrage")


def sql(ordre: str, *valeurs: object) -> None:
    with connection.cursor() as curseur:
        curseur.execute(ordre, valeurs or None)


class Faussaire:
    """Toutes les gardes ôtées puis reposées : seule la relecture peut encore voir."""

    def __init__(self, alea: random.Random) -> None:
        self.alea = alea
        self.chaines = [n for n in Chaine.objects.values_list("numero", flat=True) if n]
        self.gestes: list[Callable[[], object]] = [
            getattr(self, nom) for nom in dir(self) if nom.startswith("g_")
        ]

    def agir(self) -> str:
        geste = self.alea.choice(self.gestes)
        gardes = self._oter()
        geste()
        self._reposer(gardes)
        return geste.__name__.removeprefix("g_")

    def _oter(self) -> list[tuple[str, str]]:
        if connection.vendor == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            sql("SET LOCAL session_replication_role = replica")
            return []
        sql("PRAGMA defer_foreign_keys = ON")
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                "AND tbl_name LIKE 'journal%'"
            )
            gardes = curseur.fetchall()
        for nom, _ in gardes:
            sql(f"DROP TRIGGER {nom}")
        return gardes

    def _reposer(self, gardes: list[tuple[str, str]]) -> None:
        if connection.vendor == "postgresql":
            sql("SET LOCAL session_replication_role = DEFAULT")
        for _, ordre in gardes:
            sql(ordre)

    def un(self, *, sauf_fin: bool = False) -> Maillon:
        chaine = self.alea.choice(self.chaines)
        dernier = Maillon.objects.filter(chaine=chaine).aggregate(d=Max("rang"))["d"]
        rang = self.alea.randint(1, dernier - 2 if sauf_fin else dernier)
        return Maillon.objects.select_related("entree").get(chaine=chaine, rang=rang)

    # --- changer
    def g_colonne(self) -> None:
        colonne, valeur = self.alea.choice(
            [
                ("evenement", "autre"),
                ("libelle", "Autre"),
                ("cible_type", "autre.type"),
                ("cible_id", 987654),
                ("acteur_id", None),
                ("sel", "0" * 32),
                ("donnees", '{"nom": "autre"}'),
            ]
        )
        sql(f"UPDATE journal_entree SET {colonne} = %s WHERE id = %s", valeur, self.un().pk)

    def g_instant(self) -> None:
        entree = self.un().entree
        ecart = timedelta(seconds=self.alea.choice([-86_400 * 90, -1, 1, 86_400]))
        Entree.objects.systeme().filter(pk=entree.pk).update(a=entree.a + ecart)

    def g_texte(self) -> None:
        maillon = self.un()
        texte = maillon.texte.replace("client_cree", "client_modi", 1)
        sql("UPDATE journal_maillon SET texte = %s WHERE entree_id = %s", texte, maillon.pk)

    def g_precedent(self) -> None:
        sql("UPDATE journal_maillon SET prec = empreinte WHERE entree_id = %s", self.un().pk)

    def g_empreinte(self) -> None:
        sql("UPDATE journal_maillon SET empreinte = prec WHERE entree_id = %s", self.un().pk)

    def g_scellement(self) -> None:
        maillon = self.un()
        Maillon.objects.filter(pk=maillon.pk).update(
            scelle_le=maillon.scelle_le - timedelta(days=self.alea.randint(1, 90))
        )

    def g_autre_creancier(self) -> None:
        maillon = self.un()
        autre = self.alea.choice([n for n in self.chaines if n != maillon.chaine])
        sql("UPDATE journal_entree SET creancier_id = %s WHERE id = %s", autre, maillon.pk)

    def g_effacer_sans_le_dire(self) -> None:
        Entree.objects.systeme().filter(pk=self.un().pk).update(
            donnees={}, sel="", effacees_le=timezone.now()
        )

    # --- ôter
    def g_oter(self) -> None:
        numero = self.un().pk
        sql("DELETE FROM journal_maillon WHERE entree_id = %s", numero)
        sql("DELETE FROM journal_entree WHERE id = %s", numero)

    def g_desceller(self) -> None:
        sql("DELETE FROM journal_maillon WHERE entree_id = %s", self.un().pk)

    def g_oter_et_recoudre(self) -> None:
        """Ôte au milieu, décale et refait toute la suite, tête comprise."""
        maillon = self.un(sauf_fin=True)
        sql("DELETE FROM journal_maillon WHERE entree_id = %s", maillon.pk)
        sql("DELETE FROM journal_entree WHERE id = %s", maillon.pk)
        self._refaire(maillon.chaine)

    def g_couper_la_fin(self) -> None:
        chaine = self.alea.choice(self.chaines)
        tete = Chaine.objects.get(numero=chaine)
        reste = self.alea.randint(1, tete.rang - 1)
        coupes = list(
            Maillon.objects.filter(chaine=chaine, rang__gt=reste).values_list("pk", flat=True)
        )
        for numero in coupes:
            sql("DELETE FROM journal_maillon WHERE entree_id = %s", numero)
            sql("DELETE FROM journal_entree WHERE id = %s", numero)
        if self.alea.random() < 0.7:
            garde = Maillon.objects.get(chaine=chaine, rang=reste)
            Chaine.objects.filter(numero=chaine).update(rang=reste, empreinte=garde.empreinte)

    def g_vider_la_chaine(self) -> None:
        chaine = self.alea.choice(self.chaines)
        sql("DELETE FROM journal_maillon WHERE chaine = %s", chaine)
        sql("DELETE FROM journal_entree WHERE creancier_id = %s", chaine)
        sql("DELETE FROM journal_chaine WHERE numero = %s", chaine)

    # --- déplacer, ajouter
    def g_intervertir(self) -> None:
        """Deux entrées échangent tout leur contenu, jusqu'au maillon."""
        un, autre = self.un(), self.un()
        while autre.pk == un.pk:
            autre = self.un()
        for maillon, source in ((un, autre), (autre, un)):
            Maillon.objects.filter(pk=maillon.pk).update(
                texte=source.texte, empreinte=source.empreinte, prec=source.prec
            )

    def g_echanger_les_rangs(self) -> None:
        chaine = self.alea.choice(self.chaines)
        un, autre = self.alea.sample(list(Maillon.objects.filter(chaine=chaine)), 2)
        for pk, rang in ((un.pk, 10**6), (autre.pk, un.rang), (un.pk, autre.rang)):
            Maillon.objects.filter(pk=pk).update(rang=rang)

    def g_copier_au_milieu(self) -> None:
        """La copie d'une entrée prend un rang du milieu ; tout ce qui suit est décalé."""
        maillon = self.un(sauf_fin=True)
        copie = self._inserer(maillon.entree, maillon.entree.a)
        suite = Maillon.objects.filter(chaine=maillon.chaine, rang__gt=maillon.rang)
        for suivant in suite.order_by("-rang"):
            Maillon.objects.filter(pk=suivant.pk).update(rang=suivant.rang + 1)
        self._sceller_de_force(copie, maillon.chaine, maillon.rang + 1, maillon.empreinte)
        if self.alea.random() < 0.5:
            self._refaire(maillon.chaine)

    def g_inserer_antidatee(self) -> None:
        """Glissée avec une date d'autrefois, puis scellée par le chemin ordinaire."""
        modele = self.un().entree
        self._inserer(modele, modele.a - timedelta(days=self.alea.randint(1, 400)))
        if self.alea.random() < 0.7:
            sceller(timezone.now(), complet=True)

    def g_recrire_et_refaire(self) -> None:
        """L'attaque soignée : changer le fait, et refaire toutes les empreintes jusqu'à la tête."""
        maillon = self.un()
        sql("UPDATE journal_entree SET evenement = 'autre' WHERE id = %s", maillon.pk)
        self._refaire(maillon.chaine, tete=self.alea.random() < 0.7)

    # --- la tête, les ancres, les gardes
    def g_tete(self) -> None:
        chaine = self.alea.choice(self.chaines)
        if self.alea.random() < 0.5:
            Chaine.objects.filter(numero=chaine).update(empreinte="f" * 64)
        else:
            sql(
                "UPDATE journal_chaine SET rang = rang + %s WHERE numero = %s",
                self.alea.choice([-1, 1]),
                chaine,
            )

    def g_ancre_en_base(self) -> None:
        sql(
            "UPDATE journal_ancrage SET empreinte = %s WHERE numero = %s",
            "e" * 64,
            self.alea.randint(1, 3),
        )

    def g_fichier_des_ancres(self) -> None:
        lignes = fichier().read_text().splitlines(keepends=True)
        rang = self.alea.randrange(len(lignes))
        if self.alea.random() < 0.5:
            del lignes[rang]
        else:
            lignes[rang] = lignes[rang].replace('"n":', '"n": ', 1)
        fichier().write_text("".join(lignes))

    def g_garde(self) -> None:
        self._reposer = lambda gardes: self._reposer_sauf_une(gardes)  # une fois

    def _reposer_sauf_une(self, gardes: list[tuple[str, str]]) -> None:
        del self._reposer
        if connection.vendor == "postgresql":
            sql("SET LOCAL session_replication_role = DEFAULT")
            table = self.alea.choice(TABLES)
            sql(
                self.alea.choice(
                    [
                        f"ALTER TABLE {table} DISABLE TRIGGER {table}_immuable",
                        f"DROP TRIGGER {table}_intronquable ON {table}",
                        f"CREATE OR REPLACE FUNCTION {table}_immuable() RETURNS trigger "
                        "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
                    ]
                )
            )
            return
        oubliee = self.alea.randrange(len(gardes))
        for rang, (nom, ordre) in enumerate(gardes):
            if rang != oubliee:
                sql(ordre)
            elif self.alea.random() < 0.5:
                table = ordre.partition(" ON ")[2].split()[0]
                sql(f"CREATE TRIGGER {nom} BEFORE DELETE ON {table} BEGIN SELECT 1; END")

    # --- ce qu'il sait faire
    def _inserer(self, modele: Entree, a: datetime) -> Entree:
        copie = Entree(
            creancier_id=modele.creancier_id,
            acteur_id=modele.acteur_id,
            evenement=modele.evenement,
            libelle=modele.libelle,
            cible_type=modele.cible_type,
            cible_id=modele.cible_id,
            donnees=modele.donnees,
        )
        copie.save()
        Entree.objects.systeme().filter(pk=copie.pk).update(a=a)
        copie.a = a
        return copie

    def _sceller_de_force(self, entree: Entree, chaine: int, rang: int, prec: str) -> None:
        maintenant = timezone.now()
        texte = texte_d_entree(entree, scelle=maintenant)
        Maillon.objects.create(
            entree=entree,
            chaine=chaine,
            rang=rang,
            prec=prec,
            scelle_le=maintenant,
            texte=texte,
            empreinte=empreinte_de(prec, chaine, rang, texte),
        )

    def _refaire(self, chaine: int, *, tete: bool = True) -> None:
        rang, prec = 0, ORIGINE
        maillons = Maillon.objects.filter(chaine=chaine).select_related("entree")
        for maillon in maillons.order_by("rang"):
            rang += 1
            texte = texte_d_entree(maillon.entree, scelle=maillon.scelle_le)
            empreinte = empreinte_de(prec, chaine, rang, texte)
            Maillon.objects.filter(pk=maillon.pk).update(
                rang=rang, prec=prec, texte=texte, empreinte=empreinte
            )
            prec = empreinte
        if tete:
            Chaine.objects.filter(numero=chaine).update(rang=rang, empreinte=prec)
