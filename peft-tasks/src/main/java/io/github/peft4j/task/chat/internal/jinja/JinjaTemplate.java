package io.github.peft4j.task.chat.internal.jinja;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.internal.jinja.operation.Globals;
import io.github.peft4j.task.chat.internal.jinja.parse.Lexer;
import io.github.peft4j.task.chat.internal.jinja.parse.StatementParser;
import io.github.peft4j.task.chat.internal.jinja.tree.Statement;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A template that has been read, in the dialect of Hugging Face's chat templates: Jinja with {@code
 * trim_blocks}, {@code lstrip_blocks}, {@code break}, {@code continue} and {@code generation}.
 *
 * <p>Values behave, and print, as in Python: {@code {{ true }}} is {@code True}, lengths and slices
 * count code points. Not known are other templates (include, extends, import), recursive loops,
 * HTML escaping, and the rarer filters; an unknown one is an error when it is reached.
 *
 * <p>Safe for templates of unknown origin: they see the given variables and some pure functions, no
 * Java object, and what they may spend is limited (some seconds at most, eight million characters).
 *
 * <p>Immutable, and safe to use from any number of threads.
 *
 * @see <a href="https://jinja.palletsprojects.com/en/stable/templates/">Jinja</a>
 */
public final class JinjaTemplate {

    private static final int LONGEST = 1 << 20;

    private final Statement body;

    private JinjaTemplate(Statement body) {
        this.body = body;
    }

    /**
     * Reads a template.
     *
     * @throws JinjaException if it is not well formed; the text names the line
     */
    public static JinjaTemplate parse(String source) {
        if (source.length() > LONGEST) {
            throw new JinjaException(
                    "A template of %d characters is too long; %d are allowed."
                            .formatted(source.length(), LONGEST));
        }
        try {
            return new JinjaTemplate(StatementParser.parse(Lexer.tokens(source)));
        } catch (StackOverflowError tooDeep) {
            throw nested(tooDeep);
        }
    }

    /**
     * Renders the template.
     *
     * @param variables texts, numbers, booleans, nulls, lists and maps of them
     * @param clock what {@code strftime_now} reads
     * @throws JinjaException if the template fails or refuses the variables; the text names the
     *     line
     */
    public String render(Map<String, ?> variables, Clock clock) {
        Map<String, Object> globals = new LinkedHashMap<>(Globals.at(clock));
        variables.forEach((name, value) -> globals.put(name, Values.of(value)));
        try {
            return body.captured(Scope.root(ImmutableMap.copyOf(globals)).child());
        } catch (StackOverflowError tooDeep) {
            throw nested(tooDeep);
        }
    }

    /** Nothing is left half-done by it: reading and rendering change no state that lasts. */
    private static JinjaException nested(StackOverflowError tooDeep) {
        JinjaException nested = new JinjaException("The template nests its parts too deeply.");
        nested.initCause(tooDeep);
        return nested;
    }
}
