/* The types of events and the members of their data. Times in data are CLOCK_MONOTONIC microseconds when
 * they end in _us and stand for a moment, milliseconds when they end in _ms. */
#pragma once

/* --- the run --- */
/* {name, seed, series?: {id: of its first run, number: from 1, of}, plan{}, versions{}, expectations{within_ms}, participants:[{name, session, publishes?: bool,
 * when absent the measures learn it from the first publication, client_data?: "bot-1-{attempt}", what the server is told
 * where it is not the name}]} */
#define RJ_EVENT_RUN_STARTED "run-started"
/* {reason: "recovered"|"duration"|"timeout"|"join-deadline"|"signal"|"error", signal?, error?} */
#define RJ_EVENT_RUN_ENDED "run-ended"
/* every participant flowed for the first time; fault times count from here. {} */
#define RJ_EVENT_EVERYONE_FLOWING "everyone-flowing"
/* {fault: index from 0, what: "kill-media-node", target?: "1", medium?: "audio"|"video", how?: "fin"|"rst",
 * name?: of the plan's step, by?: who asked for it, when not the script, at_ms, length_ms?, stagger_ms?} */
#define RJ_EVENT_FAULT_STARTED "fault-started"
/* {fault, what, ok, exit_code?, output?, error?, timed_out?, hit_session?: session on the node, node?} */
#define RJ_EVENT_FAULT_ENDED "fault-ended"
/* an expectation of the script was met, or was not. {fault: its index among the steps, expect: "recovered",
 * after?: "kill-media-node": what came before, within_ms, ok, found_ms?} */
#define RJ_EVENT_STEP_CHECKED "step-checked"
/* {loop_lag_ms, pacing_lag_ms, cpu_percent, receive_drops, memory_mb, threads, files, overloaded, what?: which limit} once a second
 * at most, maxima since the last one */
#define RJ_EVENT_SELF_CHECK "self-check"
/* {message}: something the user should know that changes no verdict */
#define RJ_EVENT_WARNING "warning"

/* --- the server's API (rj-census.h) --- */
/* it lists a connection of ours that nobody of ours has: participant set. {connection, since_us: when its stay
 * ended, or it was first listed where we never knew of it} / {connection, since_us, last_seen_us: when it was
 * listed last, lifetime_ms} */
#define RJ_EVENT_GHOST_FOUND "ghost-found"
#define RJ_EVENT_GHOST_GONE  "ghost-gone"
/* how far it was looked at, before and after leaving. {asked, answered: how often, answered_us: the last question that
 * was answered, listed: connections of ours in that answer, ghosts: of them, error?: of the last one that failed} */
#define RJ_EVENT_CENSUS "census"

/* --- a participant --- */
/* {from, to, reason?} */
#define RJ_EVENT_PARTICIPANT_STATE "participant-state"
/* a way to learn of the loss had something to say; all are stamped, also when another one acted.
 * {detector: "websocket-closed"|"ping-unanswered"|"server-event"|"rtp-silence"|"rtcp-silence"|"ice-failed"|
 *  "icmp"|"resume-failed"|"zombie", detail?, acted} */
#define RJ_EVENT_DETECTOR_FIRED "detector-fired"
/* the decision to throw the attempt away and come back. {cause: "nodeCrashed"|…, detected_by} */
#define RJ_EVENT_REJOIN_STARTED "rejoin-started"
/* all expected edges and the own publication flow again after a rejoin, a republication or a resume.
 * {tries, cause} */
#define RJ_EVENT_REJOIN_ENDED "rejoin-ended"
/* pause before the next token + join cycle. {delay_ms, failures, because: error word} */
#define RJ_EVENT_WAIT_STARTED "wait-started"
/* it will not come back. {reason} */
#define RJ_EVENT_PARTICIPANT_FAILED "participant-failed"

/* --- an attempt (members attempt, participant, session set) --- */
/* {try: 1, 2 … within this join or rejoin, rejoin: bool} */
#define RJ_EVENT_ATTEMPT_STARTED "attempt-started"
/* {from, to} */
#define RJ_EVENT_ATTEMPT_STATE "attempt-state"
/* {source: "app"|"rest"|"command"|"literal"} */
#define RJ_EVENT_TOKEN_REQUESTED "token-requested"
/* {} stamped when the answer was read */
#define RJ_EVENT_TOKEN_RECEIVED "token-received"
/* the websocket is being opened / is open */
#define RJ_EVENT_CONNECT_STARTED "connect-started"
#define RJ_EVENT_CONNECTED       "connected"
/* {client_data?: the name that the server is told in this attempt, where it is not that in the run} */
#define RJ_EVENT_JOIN_SENT "join-sent"
/* {connection, others, server_version, media_server, node?} */
#define RJ_EVENT_JOINED "joined"
/* the attempt came to nothing, or ended. {step: "token"|"connect"|"join"|"publish"|"subscribe"|"media",
 * error, error_word, retry: "never"|"with-new-token"|"later"} */
#define RJ_EVENT_ATTEMPT_FAILED "attempt-failed"
/* {reason} */
#define RJ_EVENT_ATTEMPT_CLOSED "attempt-closed"
/* the websocket was lost and is being resumed / was resumed. {code?, reason?} / {tries} */
#define RJ_EVENT_RESUME_STARTED "resume-started"
#define RJ_EVENT_RESUMED        "resumed"
/* the server said that it knows a stream of another participant (join answer or participantPublished).
 * edge set when the other is known by name; {from, foreign, connection, stream, at_join: bool, has_audio, has_video,
 * video_active, audio_active} */
#define RJ_EVENT_REMOTE_PUBLISHED "remote-published"
/* {from, reason, foreign} edge set */
#define RJ_EVENT_REMOTE_UNPUBLISHED "remote-unpublished"
/* {from, reason, foreign, connection} */
#define RJ_EVENT_REMOTE_LEFT "remote-left"
/* muted or unmuted. {from, property, value} edge set */
#define RJ_EVENT_REMOTE_PROPERTY "remote-property"
/* a notification that this one of ours had already: of the same connection or stream. {event:
 * "participantJoined"|"participantLeft"|"participantPublished", from?, connection} */
#define RJ_EVENT_NOTIFICATION_DOUBLE "notification-double"
/* the server said that somebody is there (join answer or participantJoined). {from, foreign, connection} */
#define RJ_EVENT_REMOTE_JOINED "remote-joined"
/* somebody's signal. {from?, type?, bytes} */
#define RJ_EVENT_SIGNAL_RECEIVED "signal-received"
/* own stream taken away by the server, or by ourselves ("unpublish"). {reason} */
#define RJ_EVENT_OWN_UNPUBLISHED "own-unpublished"

/* --- a peer (members peer, and edge for subscriptions, set) --- */
/* {direction: "publish"|"subscribe", from?, foreign?, engine: "webrtcbin", why: "join"|"publish"|
 *  "republish"|"reconnect"} */
#define RJ_EVENT_PEER_CREATED "peer-created"
/* publishVideo, receiveVideoFrom or reconnectStream written / its answer read */
#define RJ_EVENT_OFFER_SENT      "offer-sent"
#define RJ_EVENT_ANSWER_RECEIVED "answer-received"
/* where the server makes the offers: prepareReceiveVideoFrom written / its offer read; our answer written /
 * taken. A subscription that the server reconnects by itself begins with offer-received */
#define RJ_EVENT_OFFER_REQUESTED "offer-requested"
#define RJ_EVENT_OFFER_RECEIVED  "offer-received"
#define RJ_EVENT_ANSWER_SENT     "answer-sent"
#define RJ_EVENT_ANSWER_ACCEPTED "answer-accepted"
/* {local?: candidate type, remote?: candidate type} */
#define RJ_EVENT_ICE_CONNECTED  "ice-connected"
#define RJ_EVENT_DTLS_CONNECTED "dtls-connected"
/* first packet of any kind; first complete video key frame (audio only: first packet) */
#define RJ_EVENT_FIRST_PACKET    "first-packet"
#define RJ_EVENT_FIRST_KEY_FRAME "first-key-frame"
/* a gap between complete frames above the limit has ended. {last_frame_us, next_frame_us,
 * next_key_frame_us} */
#define RJ_EVENT_FRAME_GAP "frame-gap"
/* at close and at the end of the run, of a subscription: {frames, key_frames, packets, bytes, wrong_frames,
 * foreign_frames, stamped_frames, first_frame_us, last_frame_us, longest_gap_ms, longest_gap_at_us,
 * decoded_frames?, frame_interval_ms, latency_ms?, lost_packets, sequence_gaps, duplicates, reordered,
 * receiving_ms and playing_ms: time in which packets and complete frames came, gaps left out, played_frames: those
 * that ended an interval of it, jitter_ms?, jitter_max_ms?: mean and maximum of the estimate of RFC 3550,
 * open: bool (still open, at the end of the run)} */
#define RJ_EVENT_PEER_STATS "peer-stats"
/* the same of the own publication, where the media server's reports told something:
 * {reports, rtt_ms, rtt_max_ms: round trip, mean and maximum, open} */
#define RJ_EVENT_PUBLICATION_STATS "publication-stats"
/* {error, error_word} */
#define RJ_EVENT_PEER_FAILED "peer-failed"
/* {reason} */
#define RJ_EVENT_PEER_CLOSED "peer-closed"
/* --decode looked at one edge. {ok, black: bool, moving: bool, counter_ok: bool, frames, detail?} */
#define RJ_EVENT_PICTURE_CHECKED "picture-checked"

/* --- the embedded cluster (source "cluster") --- */
/* {role: "supervisor"|"server"|"media-node", index, pid, port} */
#define RJ_EVENT_PROCESS_STARTED "process-started"
/* {role, index, pid, exit_code?, signal?} */
#define RJ_EVENT_PROCESS_ENDED "process-ended"
/* {node: index, master?: index (where there are several)} session set */
#define RJ_EVENT_SESSION_PLACED "session-placed"
/* {node} control socket closed / first reconnection failed / declared crashed / back */
#define RJ_EVENT_NODE_CONTROL_CLOSED "node-control-closed"
#define RJ_EVENT_NODE_SUSPECT        "node-suspect"
#define RJ_EVENT_NODE_CRASHED        "node-crashed"
/* {node, same_process: bool} */
#define RJ_EVENT_NODE_RECOVERED "node-recovered"
/* By an operator: its sessions were closed with mediaServerDisconnect. node */
#define RJ_EVENT_NODE_REMOVED "node-removed"
#define RJ_EVENT_NODE_ADDED   "node-added"
/* {master: index} one of several masters does not answer any more / answers again */
#define RJ_EVENT_MASTER_LOST      "master-lost"
#define RJ_EVENT_MASTER_RECOVERED "master-recovered"
/* {connection, name} session set: the answer goes out now */
#define RJ_EVENT_PARTICIPANT_JOINED "participant-joined"
/* {connection, name, reason} session set */
#define RJ_EVENT_PARTICIPANT_EVICTED "participant-evicted"
