package io.github.peft4j.cli.soak.configs;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A folder whose files are changed.
 *
 * @param folder a base checkpoint, an adapter, or a tokenizer alone
 * @param files what of it is copied: paths in the folder
 * @param model what it is loaded as, an Auto class or an architecture; empty for a tokenizer
 * @param base the checkpoint that an adapter is loaded on; null if this is none
 */
record ConfigSource(Path folder, ImmutableList<Path> files, String model, @Nullable Path base) {}
