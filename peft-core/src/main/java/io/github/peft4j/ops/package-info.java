/**
 * The op gateway: LibTorch operations that DJL lacks, or that DJL's own methods get wrong inside a
 * training graph, as typed Java methods over one TorchScript module assembled in memory.
 *
 * <p>The script sources lie in this package's resources. Nothing else in the product calls
 * TorchScript, changes a tensor in place, or sets the thread's gradient mode.
 */
@NullMarked
package io.github.peft4j.ops;

import org.jspecify.annotations.NullMarked;
