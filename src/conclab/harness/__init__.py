"""The engine that measures time: plans blocks, drives lanes, judges. Must not touch the order of events."""
