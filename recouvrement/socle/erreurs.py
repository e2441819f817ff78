"""La racine des refus que l'on montre tels quels à la personne qui agit."""


class ErreurMetier(Exception):
    """Un fait empêche l'action ; `message` le dit en une phrase, prête à être lue."""

    message = "Cette action est impossible."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message
