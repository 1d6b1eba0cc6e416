using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace AkkaLstm.PlantedFaults.Tests;

/// <summary>Compiles the roles from their sources, with or without a mistake in them.</summary>
internal static class ProtocolSource
{
    private const string AssemblyName = "AkkaLstm.Protocol";

    // As the SDK writes it for projects with implicit usings.
    private const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Latest);

    private static readonly string Root = FindRoot();

    // Only the file with the mistake is parsed again for each fault.
    private static readonly Lazy<Dictionary<string, SyntaxTree>> Trees = new(() => Directory
        .EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
        .ToDictionary(path => path, path => Parse(File.ReadAllText(Path.Combine(Root, path)), path)));

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>Times that a fault's original text stands in its file.</summary>
    public static int CountOriginal(PlantedFault fault) =>
        File.ReadAllText(Path.Combine(Root, fault.File)).Split(fault.Original).Length - 1;

    /// <summary>The assembly; with no fault, that of the sources as they are.</summary>
    public static byte[] Compile(PlantedFault? fault)
    {
        var trees = new Dictionary<string, SyntaxTree>(Trees.Value, StringComparer.Ordinal);
        if (fault is not null)
        {
            string source = File.ReadAllText(Path.Combine(Root, fault.File));
            trees[fault.File] = Parse(
                source.Replace(fault.Original, fault.Mistake, StringComparison.Ordinal), fault.File);
        }

        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            nullableContextOptions: NullableContextOptions.Enable);
        var compilation = CSharpCompilation.Create(
            AssemblyName, [.. trees.Values, Parse(ImplicitUsings, "Usings.cs")], References.Value, options);
        using var assembly = new MemoryStream();
        EmitResult result = compilation.Emit(assembly);
        if (!result.Success)
        {
            throw new InvalidOperationException(
                $"{fault}: {result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error)}");
        }

        return assembly.ToArray();
    }

    private static SyntaxTree Parse(string source, string path) =>
        CSharpSyntaxTree.ParseText(source, ParseOptions, path);

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string protocol = Path.Combine(at.FullName, "src", AssemblyName);
            if (Directory.Exists(protocol))
                return protocol;
        }

        throw new InvalidOperationException($"no src/{AssemblyName} above {AppContext.BaseDirectory}");
    }
}
