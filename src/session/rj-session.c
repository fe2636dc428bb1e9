/* Placeholder so that an empty layer links. */
typedef int rj_session_is_empty;
