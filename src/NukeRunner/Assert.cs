using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>Fails the target, or the build's definition, with a message.</summary>
public static class Assert
{
    /// <summary>Fails with <paramref name="message"/>.</summary>
    [DoesNotReturn]
    public static void Fail(string message, Exception? exception = null) => throw new AssertionFailedException(message, exception);

    /// <summary>Fails unless <paramref name="condition"/> holds.</summary>
    public static void True(
        [DoesNotReturnIf(false)] bool condition, string? message = null,
        [CallerArgumentExpression(nameof(condition))] string? argumentExpression = null)
    {
        if (!condition)
            Fail(message ?? $"Expected to hold: {argumentExpression}");
    }

    /// <summary>Fails if <paramref name="condition"/> holds.</summary>
    public static void False(
        [DoesNotReturnIf(true)] bool condition, string? message = null,
        [CallerArgumentExpression(nameof(condition))] string? argumentExpression = null)
    {
        if (condition)
            Fail(message ?? $"Expected not to hold: {argumentExpression}");
    }

    /// <summary>Returns <paramref name="obj"/>, or fails if it is null.</summary>
    public static T NotNull<T>(
        [NotNull] T? obj, string? message = null, [CallerArgumentExpression(nameof(obj))] string? argumentExpression = null)
        where T : class
    {
        if (obj is null)
            Fail(message ?? $"Expected a value: {argumentExpression}");
        return obj;
    }

    /// <summary>Returns <paramref name="str"/>, or fails if it is null or empty.</summary>
    public static string NotNullOrEmpty(
        [NotNull] string? str, string? message = null, [CallerArgumentExpression(nameof(str))] string? argumentExpression = null)
    {
        if (string.IsNullOrEmpty(str))
            Fail(message ?? $"Expected a text: {argumentExpression}");
        return str;
    }

    /// <summary>Returns <paramref name="str"/>, or fails if it is null or white space.</summary>
    public static string NotNullOrWhiteSpace(
        [NotNull] string? str, string? message = null, [CallerArgumentExpression(nameof(str))] string? argumentExpression = null)
    {
        if (string.IsNullOrWhiteSpace(str))
            Fail(message ?? $"Expected a text: {argumentExpression}");
        return str;
    }

    /// <summary>Fails if <paramref name="collection"/> is empty.</summary>
    public static void NotEmpty<T>(
        IReadOnlyCollection<T>? collection, string? message = null,
        [CallerArgumentExpression(nameof(collection))] string? argumentExpression = null)
        => True(collection is { Count: > 0 }, message ?? $"Expected items: {argumentExpression}");

    /// <summary>Fails unless there is a file at <paramref name="path"/>.</summary>
    public static void FileExists(
        string path, string? message = null, [CallerArgumentExpression(nameof(path))] string? argumentExpression = null)
        => True(File.Exists(path), message ?? $"There is no file {path} ({argumentExpression})");

    /// <summary>Fails unless there is a folder at <paramref name="path"/>.</summary>
    public static void DirectoryExists(
        string path, string? message = null, [CallerArgumentExpression(nameof(path))] string? argumentExpression = null)
        => True(Directory.Exists(path), message ?? $"There is no folder {path} ({argumentExpression})");
}

/// <summary>An assertion of a build did not hold; also thrown where a build's own definition is at fault.</summary>
internal sealed class AssertionFailedException(string message, Exception? inner = null) : Exception(message, inner);
