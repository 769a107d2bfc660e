package io.github.peft4j.task.chat.internal.jinja;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.internal.jinja.operation.Globals;
import io.github.peft4j.task.chat.internal.jinja.parse.Lexer;
import io.github.peft4j.task.chat.internal.jinja.parse.StatementParser;
import io.github.peft4j.task.chat.internal.jinja.parse.Token;
import io.github.peft4j.task.chat.internal.jinja.tree.Statement;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Marks;
import io.github.peft4j.task.chat.internal.jinja.value.Scope;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
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
    private final boolean marksGeneration;

    private JinjaTemplate(Statement body, boolean marksGeneration) {
        this.body = body;
        this.marksGeneration = marksGeneration;
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
            ImmutableList<Token> tokens = Lexer.tokens(source);
            return new JinjaTemplate(StatementParser.parse(tokens), marksGeneration(tokens));
        } catch (StackOverflowError tooDeep) {
            throw nested(tooDeep);
        }
    }

    private static boolean marksGeneration(ImmutableList<Token> tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.get(i - 1).beginsBlock() && tokens.get(i).isName("generation")) {
                return true;
            }
        }
        return false;
    }

    /** Whether the template has a {@code generation} block. */
    public boolean marksGeneration() {
        return marksGeneration;
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
        try {
            return body.captured(Scope.root(globals(variables, clock)).child());
        } catch (StackOverflowError tooDeep) {
            throw nested(tooDeep);
        }
    }

    /**
     * Renders the template, and tells where its {@code generation} blocks are in the text.
     *
     * @throws JinjaException as {@link #render}, or if a block is inside a macro or another block
     */
    public Rendering renderMarked(Map<String, ?> variables, Clock clock) {
        Budget budget = new Budget();
        Text text = new Text(budget);
        Marks marks = new Marks(text);
        try {
            body.run(Scope.root(globals(variables, clock), budget, marks).child(), text);
        } catch (StackOverflowError tooDeep) {
            throw nested(tooDeep);
        }
        return new Rendering(text.toString(), marks.all());
    }

    /** A text and its {@code generation} blocks. */
    public record Rendering(String text, ImmutableList<Marks.Mark> marks) {}

    private static ImmutableMap<String, Object> globals(Map<String, ?> variables, Clock clock) {
        Map<String, Object> globals = new LinkedHashMap<>(Globals.at(clock));
        variables.forEach((name, value) -> globals.put(name, Values.of(value)));
        return ImmutableMap.copyOf(globals);
    }

    /** Nothing is left half-done by it: reading and rendering change no state that lasts. */
    private static JinjaException nested(StackOverflowError tooDeep) {
        JinjaException nested = new JinjaException("The template nests its parts too deeply.");
        nested.initCause(tooDeep);
        return nested;
    }
}
