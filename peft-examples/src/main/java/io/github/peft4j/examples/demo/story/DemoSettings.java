package io.github.peft4j.examples.demo.story;

import java.nio.file.Path;

/**
 * What the user chose.
 *
 * @param epochs rounds over the training texts
 * @param seed of start values and orders
 * @param adapters folder that the adapters are saved into
 */
public record DemoSettings(int epochs, int seed, Path adapters) {}
