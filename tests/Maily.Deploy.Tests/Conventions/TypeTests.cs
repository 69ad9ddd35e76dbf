using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Maily.Deploy.Tests.Conventions;

/// <summary>Habits that stand in the types.</summary>
public sealed class TypeTests
{
    static readonly Type[] Types = [.. typeof(DeployException).Assembly.GetTypes().Where(type =>
        type.Namespace?.StartsWith("Maily.Deploy", StringComparison.Ordinal) == true && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.Name.Contains('<'))];

    [Fact]
    public void There_are_types_to_look_at() => Types.Length.ShouldBeGreaterThan(100);

    [Fact]
    public void An_asynchronous_method_takes_a_token() =>
        Types.Where(type => type.IsVisible).SelectMany(type => type.GetMethods(Everything).Where(method => method.IsPublic))
            .Where(method => IsAsynchronous(method) && method.Name is not "DisposeAsync" && !TakesToken(method))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").ShouldBeEmpty();

    [Fact]
    public void Nothing_static_can_be_changed()
    {
        var fields = Types.SelectMany(type => type.GetFields(Everything)).Where(field => field is { IsStatic: true, IsInitOnly: false, IsLiteral: false } && !field.Name.Contains('<'));
        var properties = Types.SelectMany(type => type.GetProperties(Everything)).Where(property => property.SetMethod is { IsStatic: true });

        fields.Select(field => $"{field.DeclaringType!.Name}.{field.Name}").Concat(properties.Select(property => $"{property.DeclaringType!.Name}.{property.Name}")).ShouldBeEmpty();
    }

    [Fact]
    public void A_class_is_sealed_or_abstract() =>
        Types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }).Select(type => type.FullName).ShouldBeEmpty();

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Types.Where(type => new[] { "Helper", "Helpers", "Manager", "Util", "Utils", "Utility", "Utilities" }.Any(word => type.Name.EndsWith(word, StringComparison.Ordinal)))
            .Select(type => type.FullName).ShouldBeEmpty();

    [Fact]
    public void Every_error_is_documented_and_says_what_it_means_for_the_deployment()
    {
        var documented = XDocument.Load(Path.ChangeExtension(typeof(DeployException).Assembly.Location, ".xml"))
            .Descendants("member").Where(member => member.Element("summary")?.Value.Trim().Length > 0).Select(member => (string)member.Attribute("name")!).ToHashSet();
        var errors = Types.Where(type => type.IsSubclassOf(typeof(DeployException))).ToList();

        errors.Count.ShouldBeGreaterThan(10);
        errors.Where(type => type.IsVisible && !documented.Contains($"T:{type.FullName}")).Select(type => type.FullName).ShouldBeEmpty();
        errors.Where(type => type is { IsAbstract: false, IsSealed: false }).ShouldBeEmpty();
    }

    [Fact]
    public void An_error_is_one_of_ours() =>
        Types.Where(type => type.IsSubclassOf(typeof(Exception)) && type != typeof(DeployException) && !type.IsSubclassOf(typeof(DeployException)))
            .Select(type => type.FullName).ShouldBeEmpty();

    const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    static bool IsAsynchronous(MethodInfo method) =>
        method.ReturnType == typeof(Task) || method.ReturnType == typeof(ValueTask)
        || (method.ReturnType.IsGenericType && new[] { typeof(Task<>), typeof(ValueTask<>), typeof(IAsyncEnumerable<>) }.Contains(method.ReturnType.GetGenericTypeDefinition()));

    static bool TakesToken(MethodInfo method) => method.GetParameters().Any(parameter =>
        parameter.ParameterType == typeof(CancellationToken) || parameter.ParameterType == typeof(Maily.Deploy.Deployments.StopSignals));
}
