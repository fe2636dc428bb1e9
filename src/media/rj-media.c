/* Placeholder so that an empty layer links. */
typedef int rj_media_is_empty;
