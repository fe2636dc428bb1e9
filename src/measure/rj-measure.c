/* Placeholder so that an empty layer links. */
typedef int rj_measure_is_empty;
