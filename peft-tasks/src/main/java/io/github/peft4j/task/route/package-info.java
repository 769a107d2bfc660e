/** Many adapters over one base, each request with its own, from any number of threads. */
@NullMarked
package io.github.peft4j.task.route;

import org.jspecify.annotations.NullMarked;
