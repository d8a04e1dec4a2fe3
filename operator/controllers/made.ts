// What made objects carry, so that whoever reads them needs not ask for their makers.

/** On a SparkTask that a run made: uid of its SparkFlow, which is part of where its outputs go. */
export const flowUidAnnotation = "sparkflow.dev/flow-uid";
/** On a SparkTask that a run made: the calendar day of the run. */
export const runDateAnnotation = "sparkflow.dev/run-date";
