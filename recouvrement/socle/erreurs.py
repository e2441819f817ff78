"""La racine des refus que l'on montre tels quels à la personne qui agit."""


class ErreurMetier(Exception):
    """Un fait empêche l'action ; `message` le dit en une phrase, prête à être lue."""

    message = "Cette action est impossible."
    # Celui de la page, quand aucune vue n'a montré la phrase à côté de son champ.
    statut = 422

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class PannePassagere(Exception):
    """Rien n'a été fait et cela reviendra : la même demande, refaite plus tard, passera."""

    titre = "L'application ne peut pas répondre en ce moment"
    message = "Rien n'a été enregistré : réessayez dans quelques minutes."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message
