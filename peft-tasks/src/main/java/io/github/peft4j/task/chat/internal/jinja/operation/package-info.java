/** What a template can do with values: operators, methods, filters, tests and functions. */
@NullMarked
package io.github.peft4j.task.chat.internal.jinja.operation;

import org.jspecify.annotations.NullMarked;
