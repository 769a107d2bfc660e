package io.github.peft4j.task.train.report;

import java.nio.file.Path;

/**
 * A checkpoint that was written.
 *
 * @param step steps made before it
 * @param folder where it is
 * @param seconds wall clock time of the writing
 */
public record CheckpointReport(long step, Path folder, double seconds) {}
