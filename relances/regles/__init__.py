"""Règles de maison, pures : quand, pourquoi pas, quelle étape, quels mots."""
