"""Une trace = une ligne JSON : un saut de ligne dans une donnée ne forge pas une entrée."""

import json
import logging
from datetime import UTC, datetime


class UneLigneJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        ligne = {
            "a": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            ligne["trace"] = self.formatException(record.exc_info)
        return json.dumps(ligne, ensure_ascii=False)
