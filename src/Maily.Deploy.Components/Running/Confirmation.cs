using Spectre.Console;

namespace Maily.Deploy.Components;

/// <summary>Asks a person at the terminal to type the environment's name.</summary>
static class Confirmation
{
    /// <summary>Whether there is a terminal to ask at.</summary>
    public static bool CanAsk => AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>Whether the name was typed; false at once where there is no terminal to ask at.</summary>
    public static bool Ask(string environment)
    {
        if (!CanAsk)
            return false;
        var typed = AnsiConsole.Prompt(new TextPrompt<string>($"Type [bold]{Markup.Escape(environment)}[/] to deploy to it:").AllowEmpty());
        return string.Equals(typed.Trim(), environment, StringComparison.Ordinal);
    }
}
