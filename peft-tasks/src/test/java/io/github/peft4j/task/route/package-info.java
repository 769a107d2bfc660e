/** Many adapters over one base. */
@NullMarked
package io.github.peft4j.task.route;

import org.jspecify.annotations.NullMarked;
