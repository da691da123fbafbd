from setuptools import setup

setup(name="Quay_Tools", version="1.2.post3", license="MIT", py_modules=[])
