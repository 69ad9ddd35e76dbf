using System.Net;
using System.Text.RegularExpressions;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images;

/// <summary>A registry's host and the path under which its repositories lie: <c>ghcr.io</c> and <c>maily</c>.</summary>
/// <param name="Host">Host, with a port where it is not the usual one.</param>
/// <param name="Path">The path without slashes at its ends; may be empty.</param>
public sealed partial record RegistryAddress(string Host, string Path)
{
    /// <summary>Plain HTTP on loopback, as container engines have it too; HTTPS elsewhere.</summary>
    public Uri Uri => new($"{(IsLoopback ? "http" : "https")}://{Host}/");

    bool IsLoopback => Host.Split(':')[0] is var name
        && (name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>Reads <c>host[:port][/path]</c>.</summary>
    /// <exception cref="MalformedVariableException">The text has another form.</exception>
    public static RegistryAddress Parse(string text)
    {
        var match = Form().Match(text);
        return match.Success
            ? new RegistryAddress(match.Groups["host"].Value, match.Groups["path"].Value)
            : throw new MalformedVariableException("MAILY_REGISTRY", "host[:port][/path] in lower case, without https://");
    }

    /// <summary>The repository of an image within the registry: <c>maily/api-gateway</c>.</summary>
    public string RepositoryOf(string image) => Path.Length == 0 ? image : $"{Path}/{image}";

    /// <summary>The repository's full name: <c>ghcr.io/maily/api-gateway</c>.</summary>
    public string NameOf(string image) => $"{Host}/{RepositoryOf(image)}";

    /// <summary><c>host/path</c>.</summary>
    public override string ToString() => Path.Length == 0 ? Host : $"{Host}/{Path}";

    [GeneratedRegex("^(?<host>[a-z0-9.-]+(:[0-9]{1,5})?)(/(?<path>[a-z0-9]+([._/-]+[a-z0-9]+)*))?/?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
