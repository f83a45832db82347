"""
Runs one of the reference's programs from its folder without modifying it: with the given number of images, interval, topic
prefix and broker.
"""

import argparse
import os
import runpy
import signal
import sys
import time

import kafka

arguments = argparse.ArgumentParser()
arguments.add_argument("--folder", required=True)
arguments.add_argument("--program", required=True)
arguments.add_argument("--broker", required=True)
arguments.add_argument("--prefix", required=True)
arguments.add_argument("--count", type=int, required=True)
arguments.add_argument("--interval", type=float, required=True, help="seconds from one image to the next")
given = arguments.parse_args()

sys.dont_write_bytecode = True
sys.path.insert(0, given.folder)
from constants import CONSTANTS

CONSTANTS.TOTAL_NUM_IMAGES = given.count
CONSTANTS.IMAGE_ANALYSIS_TOPIC = given.prefix + CONSTANTS.IMAGE_ANALYSIS_TOPIC
CONSTANTS.IMAGE_EVENT_ALERT_TOPIC = given.prefix + CONSTANTS.IMAGE_EVENT_ALERT_TOPIC

consumers = []


class Producer(kafka.KafkaProducer):
    def __init__(self, **settings):
        super().__init__(**{**settings, "bootstrap_servers": given.broker.split(",")})
        self.due = time.perf_counter()

    def flush(self, *arguments, **settings):
        super().flush(*arguments, **settings)
        # The receiver flushes after each image; only its pace is controlled.
        if given.program == "image_receiving.py" and given.interval > 0:
            self.due += given.interval
            time.sleep(max(0, self.due - time.perf_counter()))


class Consumer(kafka.KafkaConsumer):
    def __init__(self, *topics, **settings):
        own = {"bootstrap_servers": given.broker.split(","), "group_id": given.prefix + settings["group_id"]}
        super().__init__(*topics, **{**settings, **own})
        consumers.append(self)


kafka.KafkaProducer, kafka.KafkaConsumer = Producer, Consumer
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    runpy.run_path(os.path.join(given.folder, given.program), run_name="__main__")
finally:
    # A group can be deleted only after its members have left.
    for consumer in consumers:
        consumer.close()
