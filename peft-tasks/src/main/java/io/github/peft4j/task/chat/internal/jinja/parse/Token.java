package io.github.peft4j.task.chat.internal.jinja.parse;

/**
 * A piece of a template's source.
 *
 * @param text the text of DATA, the name, the unescaped string, the number or the operator
 * @param line where it begins, counted from 1
 */
public record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean isOperator(String sign) {
        return kind == Kind.OPERATOR && text.equals(sign);
    }

    /** Whether a tag follows it. */
    public boolean beginsBlock() {
        return kind == Kind.BLOCK_BEGIN;
    }

    /** Whether it is this word. */
    public boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    /** For messages. */
    String shown() {
        return switch (kind) {
            case VARIABLE_END -> "'}}'";
            case BLOCK_END -> "'%}'";
            case END -> "the end of the template";
            default -> "'" + text + "'";
        };
    }
}
