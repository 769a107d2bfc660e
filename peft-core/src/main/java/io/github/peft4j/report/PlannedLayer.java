package io.github.peft4j.report;

/**
 * A place at which an adapter would act.
 *
 * @param name its path in the model
 * @param type what it is: {@code linear}, {@code embedding}, ..., a bare parameter, or {@code
 *     module copy}
 * @param parameters how many numbers the adapter would have there; those that layers share count at
 *     each of them
 */
public record PlannedLayer(String name, String type, long parameters) {}
