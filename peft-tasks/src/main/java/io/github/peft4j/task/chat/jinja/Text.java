package io.github.peft4j.task.chat.jinja;

/** A text being made, within the budget. */
final class Text {

    private final StringBuilder chars = new StringBuilder();
    private final Budget budget;

    Text(Budget budget) {
        this.budget = budget;
    }

    Text append(String more) {
        budget.spend(more.length());
        if ((long) chars.length() + more.length() > Budget.MAX_CHARS) {
            budget.chars((long) chars.length() + more.length());
        }
        chars.append(more);
        return this;
    }

    Text append(char more) {
        return append(String.valueOf(more));
    }

    @Override
    public String toString() {
        return chars.toString();
    }
}
