"""An alert client like the reference's: writes an alert file for each event message.

alert_client.py BROKER PREFIX FOLDER COUNT: writes to FOLDER and exits after COUNT events.
"""

import json
import pathlib
import sys

from kafka import KafkaConsumer

broker, prefix, folder, count = sys.argv[1:]

consumer = KafkaConsumer(
    prefix + "image_event_alert",
    group_id=prefix + "image_event_alert_group",
    bootstrap_servers=[broker],
    auto_offset_reset="earliest",
    value_deserializer=lambda value: json.loads(value.decode("utf-8")),
)
for handled, message in enumerate(consumer, start=1):
    number = message.value["image_event_num"]
    path = message.value["image_event_db_path"]
    _, what, image, previous, difference = pathlib.Path(path).read_text(encoding="utf-8").split("\n")[:5]
    lines = [
        f"Image event #: {number}",
        f"Image event database path: {path}",
        "Image event alertees: nobody, since this is a test",
        what,
        image,
        previous,
        difference,
    ]
    alert = pathlib.Path(folder, f"image_event_alert_{number:03d}.txt")
    alert.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    if handled == int(count):
        break
consumer.close()
