package io.github.peft4j.task.chat.internal.jinja.value;

/**
 * What a name or key stands for that nobody set: printed as nothing, empty and false, but an error
 * where its parts or its value are asked for.
 *
 * @param why what is missing, e.g. {@code 'tools' is undefined}
 */
public record Undefined(String why) {

    /** A name that nothing stands for. */
    public static Undefined name(String name) {
        return new Undefined("'%s' is undefined".formatted(name));
    }

    /** What Python raises where it is used. */
    public JinjaException error() {
        return new JinjaException(why + ".");
    }
}
