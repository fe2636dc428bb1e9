/* Placeholder so that an empty layer links. */
typedef int rj_signalling_is_empty;
