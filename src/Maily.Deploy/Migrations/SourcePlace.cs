namespace Maily.Deploy.Migrations;

/// <summary>A place in a file's text.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="LineText">The line.</param>
public sealed record SourcePlace(int Line, int Column, string LineText)
{
    const int LongestLine = 160;

    /// <summary>The place of the character at <paramref name="index"/>.</summary>
    public static SourcePlace Of(string text, int index)
    {
        index = Math.Clamp(index, 0, text.Length);
        var start = index == 0 ? 0 : text.LastIndexOf('\n', index - 1) + 1;
        var end = text.IndexOf('\n', index) is var found and >= 0 ? found : text.Length;
        return new(text.AsSpan(0, start).Count('\n') + 1, index - start + 1, text[start..end].TrimEnd('\r'));
    }

    /// <summary>The line with a caret under the column; a long line is cut round it.</summary>
    public string WithCaret()
    {
        var from = Column > LongestLine ? Column - (LongestLine / 2) : 0;
        var shown = LineText.Length - from > LongestLine ? LineText.Substring(from, LongestLine) : LineText[Math.Min(from, LineText.Length)..];
        // Tabs stay tabs, so that the caret stands under its character.
        var lead = string.Concat(LineText.Skip(from).Take(Column - 1 - from).Select(c => c == '\t' ? '\t' : ' '));
        return $"{shown}{Environment.NewLine}{lead}^";
    }
}
