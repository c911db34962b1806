"""The programs of this folder, what may rightly be reported about each, and how to load one. Runs nothing."""

from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
TRICKY = sorted((HERE / "tricky").glob("*.py"))

ASSERTION = {"assertion"}
CRASH = {"exception"}
CRASH_OR_ASSERTION = {"exception", "assertion"}  # the thread that died leaves a wrong result as well
CIRCLE = {"deadlock", "unfinished-thread"}  # locks, and those who wait for each other
UNHEARD = {"deadlock", "lost-wakeup", "unfinished-thread"}  # somebody waits for a signal that is not coming
LEAK = UNHEARD | {"leaked-lock"}

KINDS: dict[str, set[str]] = {
    "aba_stack": ASSERTION,
    "asyncio_call_soon_from_thread": UNHEARD | CRASH,  # asyncio's debug mode raises RuntimeError
    "asyncio_cancel_before_start": LEAK,
    "asyncio_cancel_swallowed": UNHEARD,
    "asyncio_check_await_act": ASSERTION,
    "asyncio_event_pulse": UNHEARD,
    "asyncio_lock_order": CIRCLE,
    "asyncio_queue_empty_then_get": UNHEARD,
    "asyncio_semaphore_leak": LEAK,
    "asyncio_shared_attribute": ASSERTION,
    "asyncio_task_not_awaited": ASSERTION,
    "asyncio_to_thread_counter": ASSERTION,
    "barrier_party_missing": UNHEARD,
    "barrier_reused_by_hand": UNHEARD,
    "bounded_buffer_overflow": ASSERTION,
    "cache_computed_twice": ASSERTION,
    "callback_registered_too_late": ASSERTION,
    "callback_under_lock": CIRCLE,
    "copy_on_write_lost": ASSERTION,
    "dict_grows_while_iterated": CRASH_OR_ASSERTION,
    "dining_philosophers": CIRCLE,
    "dirty_flag_cleared_late": ASSERTION,
    "double_checked_half_filled": CRASH_OR_ASSERTION,
    "event_as_counter": UNHEARD,
    "event_cleared_after_drain": UNHEARD,
    "event_pulse_missed": UNHEARD,
    "executor_tasks_share_total": ASSERTION,
    "executor_waits_in_its_own_pool": UNHEARD,
    "future_ready_before_value": ASSERTION,
    "future_resolved_twice": CRASH,
    "generator_shared": CRASH_OR_ASSERTION,
    "half_moved_interval": ASSERTION,
    "id_given_twice": ASSERTION,
    "if_instead_of_while": CRASH_OR_ASSERTION,
    "last_one_out_twice": ASSERTION,
    "last_thread_joined": ASSERTION,
    "lazy_singleton": ASSERTION,
    "len_then_index": CRASH,
    "list_shrinks_while_iterated": ASSERTION,
    "lock_leak_on_early_return": CIRCLE | {"leaked-lock"},
    "lock_leak_on_exception": ASSERTION | {"leaked-lock"},
    "lock_order_three": CIRCLE,
    "lock_order_two": CIRCLE,
    "lock_per_instance": ASSERTION,
    "lock_taken_twice": CIRCLE,
    "locked_get_locked_set": ASSERTION,
    "lost_maximum": ASSERTION,
    "lost_update_attribute": ASSERTION,
    "lost_update_closure": ASSERTION,
    "lost_update_dict_item": ASSERTION,
    "lost_update_global": ASSERTION,
    "lost_update_list_item": ASSERTION,
    "lru_read_without_lock": CRASH_OR_ASSERTION,
    "missed_notify": UNHEARD,
    "name_taken_between": ASSERTION,
    "notify_before_state": UNHEARD,
    "notify_wakes_the_wrong_one": UNHEARD,
    "observers_unsubscribe": CRASH_OR_ASSERTION,
    "once_flag_too_early": CRASH_OR_ASSERTION,
    "pool_takes_a_job_after_close": ASSERTION,
    "pop_if_not_empty": CRASH,
    "queue_empty_then_get": UNHEARD,
    "queue_shutdown_one_sentinel": UNHEARD,
    "queue_task_done_skipped": UNHEARD,
    "rate_limit_overrun": ASSERTION,
    "readers_writer_violation": ASSERTION,
    "ring_buffer_unlocked": ASSERTION,
    "round_robin_same_server": ASSERTION,
    "semaphore_leak_on_exception": LEAK,
    "semaphore_released_too_often": ASSERTION,
    "set_grows_while_iterated": CRASH_OR_ASSERTION,
    "sleep_as_synchronisation": ASSERTION,
    "spin_flag_lock": ASSERTION,
    "split_for_want_of_rlock": ASSERTION,
    "start_order_assumed": CRASH_OR_ASSERTION,
    "thread_local_left_behind": ASSERTION,
    "thread_local_not_shared": CRASH,
    "timer_set_again_after_cancel": CRASH_OR_ASSERTION,  # the new timer may be joined before it is started
    "transfer_seen_half_way": ASSERTION,
    "trylock_ignored": CRASH_OR_ASSERTION,
    "two_appends_adjacent": ASSERTION,
    "upgrade_of_two_readers": UNHEARD,
}

if KINDS.keys() != {path.stem for path in PROGRAMS}:
    raise LookupError(f"without a kind or a file: {sorted(KINDS.keys() ^ {path.stem for path in PROGRAMS})}")


def load(path: Path) -> SimpleNamespace:
    """Execute the file afresh: nothing of an earlier load is left in what it defines."""
    namespace = {"__name__": path.stem, "__file__": str(path)}
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    exec(code, namespace)
    return SimpleNamespace(**namespace)
