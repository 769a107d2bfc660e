package io.github.peft4j.task.chat.internal.jinja.value;

import org.jspecify.annotations.Nullable;

/** A value with named parts that is no map: {@code loop}, a namespace, {@code dict}. */
public interface HasAttributes {

    /** The part of a name, null if there is none. */
    @Nullable Object attribute(String name);
}
