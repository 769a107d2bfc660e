package io.github.peft4j.task.chat.internal.jinja.value;

/** A text being made, within the budget. */
public final class Text {

    private final StringBuilder chars = new StringBuilder();
    private final Budget budget;

    /** An empty text that spends from a budget. */
    public Text(Budget budget) {
        this.budget = budget;
    }

    /** Adds a text. */
    public Text append(String more) {
        budget.spend(8L + more.length());
        if ((long) chars.length() + more.length() > Budget.MAX_CHARS) {
            budget.chars((long) chars.length() + more.length());
        }
        chars.append(more);
        return this;
    }

    /** Adds a character. */
    public Text append(char more) {
        return append(String.valueOf(more));
    }

    /** Chars so far. */
    public int length() {
        return chars.length();
    }

    @Override
    public String toString() {
        return chars.toString();
    }
}
