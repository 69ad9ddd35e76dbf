namespace Nuke.Common.Utilities;

/// <summary>Writes indented lines.</summary>
public class CustomFileWriter(StreamWriter streamWriter, int indentationFactor, string commentPrefix)
{
    int depth;

    /// <summary>Writes a line at the current depth; without text an empty one.</summary>
    public void WriteLine(string? text = null)
        => streamWriter.WriteLine(string.IsNullOrEmpty(text) ? "" : new string(' ', depth * indentationFactor) + text);

    /// <summary>Writes a comment.</summary>
    public void WriteComment(string? text = null) => WriteLine($"{commentPrefix} {text}".TrimEnd());

    /// <summary>Hands itself to a part.</summary>
    public void Write(Action<CustomFileWriter> writer) => writer(this);

    /// <summary>Writes deeper until disposed.</summary>
    public IDisposable Indent()
    {
        depth++;
        return new Indentation(this);
    }

    sealed class Indentation(CustomFileWriter writer) : IDisposable
    {
        public void Dispose() => writer.depth--;
    }
}
