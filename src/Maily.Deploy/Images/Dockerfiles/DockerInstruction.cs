namespace Maily.Deploy.Images.Dockerfiles;

/// <summary>One instruction of a Dockerfile.</summary>
/// <param name="Line">The line on which it begins, counted from 1.</param>
/// <param name="LastLine">The line on which it ends.</param>
/// <param name="Keyword">Its keyword in upper case: <c>RUN</c>.</param>
/// <param name="Arguments">What follows the keyword, continued lines joined by a space.</param>
public sealed record DockerInstruction(int Line, int LastLine, string Keyword, string Arguments)
{
    /// <summary>The keyword and what follows it.</summary>
    public override string ToString() => $"{Keyword} {Arguments}";
}

/// <summary>An image that a Dockerfile builds on or copies from.</summary>
/// <param name="Line">The line of its instruction.</param>
/// <param name="Token">As the file writes it, with variables.</param>
/// <param name="Name">With the variables' values.</param>
public sealed record BaseReference(int Line, string Token, string Name);
