/* Placeholder so that an empty layer links. */
typedef int rj_report_is_empty;
